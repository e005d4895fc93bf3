#!/usr/bin/env node
// A file that is there before the build, so that package managers can link the command in a fresh checkout.
import '../dist/cli/main.js'
