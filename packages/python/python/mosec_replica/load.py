"""Finds the user's class; whatever is missing is said with the command that mends it."""

import importlib
import importlib.util
import os
import sys
import sysconfig
import traceback

OLDEST = (0, 9)


class LoadError(Exception):
    """For the person who starts the server."""


def load_mosec():
    try:
        import mosec
        import mosec.coordinator
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "mosec":
            raise
        raise LoadError(
            "the Python of this stage has no package mosec; install it: " + pip("mosec>=0.9")
        ) from None
    from importlib.metadata import version

    installed = version("mosec")
    numbers = tuple(int(part) for part in installed.split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        raise LoadError("mosec %s is too old: 0.9 or newer is needed: %s" % (installed, pip("mosec>=0.9")))
    return mosec


def pip(*packages):
    """The command that installs them; into a new environment, which is found there, where the system keeps its own."""
    install = " ".join(["-m", "pip", "install"] + ["'%s'" % name for name in packages])
    if not _is_externally_managed():
        return "%s %s" % (sys.executable, install)
    folder = os.path.join(os.getcwd(), ".venv")
    return "%s -m venv %s && %s %s" % (sys.executable, folder, os.path.join(folder, "bin", "python"), install)


def _is_externally_managed():
    """As pip sees it (PEP 668): Debian's own Python, say, installs nothing for users."""
    marker = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
    return sys.prefix == sys.base_prefix and os.path.exists(marker)


def load_worker(target, main=None):
    """The class of `file.py:Class` or `package.module:Class`; `main` is a program whose classes are found in it."""
    from mosec import Worker

    source, _, name = target.rpartition(":")
    module = _load(source, main)
    found = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if isinstance(found, type) and issubclass(found, Worker):
        return found
    if found is not None:
        raise LoadError("%s of %s is no worker: its class must extend mosec.Worker" % (name, source))
    workers = sorted(
        key for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Worker) and value.__module__ == module.__name__
    )
    there = "its workers are " + ", ".join(workers) if workers else "it has no class that extends mosec.Worker"
    raise LoadError("%s has no class %s at its top level; %s" % (source, name, there))


def _load(source, main):
    try:
        if main is not None:
            program = load_file(main, "__mp_main__")
            # As multiprocessing does: pickled classes of the program are found under both names.
            sys.modules["__main__"] = program
            if source in ("__main__", "__mp_main__"):
                return program
        if source.endswith(".py"):
            return load_file(source)
        sys.path.insert(0, os.getcwd())
        return importlib.import_module(source)
    except LoadError:
        raise
    except SyntaxError as error:
        raise LoadError(syntax_error(error)) from None
    except ModuleNotFoundError as error:
        raise LoadError(missing_module(error, source)) from error


def syntax_error(error):
    what = "".join(traceback.format_exception_only(type(error), error)).strip()
    return "%s\nMend the file; this checks it: %s -m py_compile %s" % (what, sys.executable, error.filename)


def missing_module(error, source):
    name = (error.name or "").split(".")[0]
    if not source.endswith(".py") and name == source.split(".")[0]:
        return "there is no module %s: it is looked for in %s and among the installed packages" % (source, os.getcwd())
    return "%s needs the module %s, which is not installed: %s" % (source, name, pip(name))


def load_file(path, name=None):
    """Loads the file as a module; its folder comes first, as if Python had been started with it."""
    full = os.path.abspath(path)
    if not os.path.isfile(full):
        raise LoadError("there is no file %s" % full)
    sys.path.insert(0, os.path.dirname(full))
    name = name or os.path.splitext(os.path.basename(full))[0]
    spec = importlib.util.spec_from_file_location(name, full)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
