#!/usr/bin/env bash
# Unpacks a software Vulkan (Mesa's lavapipe) into the folder $1, on Debian: `bash scripts/software-vulkan.sh /tmp/vulkan`.
# Dawn refuses the Mesa 22 of Debian 12, so this one is backports'. Nothing of the system is changed; no root is needed.
set -euo pipefail
folder=$(realpath -m "${1:?the folder to unpack into}")
driver=$folder/share/vulkan/icd.d/lvp_icd.json
[[ -e $driver ]] && exit 0

codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $codename" | head -n 1)
key=/usr/share/keyrings/debian-archive-keyring.gpg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists,cache/archives}/partial
for suite in "$codename" "$codename-backports"; do
  echo "deb [signed-by=$key] $mirror $suite main"
done >"$work/sources.list"
apt=(-qq -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o Debug::NoLocking=true
  -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root)

apt-get "${apt[@]}" update
# What the system lacks of its dependencies comes along.
apt-get "${apt[@]}" install -y --download-only --no-install-recommends -t "$codename-backports" \
  mesa-vulkan-drivers libvulkan1 >/dev/null
for package in "$work"/cache/archives/*.deb; do dpkg -x "$package" "$work/root"; done

libraries=$(dirname "$(find "$work/root" -name libvulkan_lvp.so)")
sed -i "s#\"library_path\": \"[^\"]*\"#\"library_path\": \"$folder/lib/libvulkan_lvp.so\"#" \
  "$work/root/usr/share/vulkan/icd.d/lvp_icd.json"
mkdir -p "$folder/share/vulkan/icd.d"
cp -a "$libraries" "$folder/lib"
cp "$work/root/usr/share/vulkan/icd.d/lvp_icd.json" "$driver"
