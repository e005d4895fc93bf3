/** The `mosec` command: each of its commands is a folder or file beside this one. */

import { Command } from 'commander'
import { packageVersion } from '../config/package-version.ts'
import { doctorCommand } from './doctor/doctor-command.ts'
import { pythonCommand } from './python.ts'

await new Command('mosec')
  .description('What helps around a model server. The server itself is your own program: node server.js')
  .version(packageVersion(), '--version', 'print the version and end')
  .helpCommand(false)
  .addCommand(doctorCommand())
  .addCommand(pythonCommand())
  .parseAsync()
