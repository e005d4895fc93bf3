/** The start of a package. */
export {}
