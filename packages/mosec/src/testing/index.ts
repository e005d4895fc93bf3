/** `mosec/testing`: run a server's program as its users do, and talk to it. */

export { type Exit, type Program, type StartProgramOptions, startProgram } from './start-program.ts'
