/** `mosec-codec-csv`: tables of numbers as CSV at the two ends of a pipeline. */

export { csv } from './csv.ts'
export { CsvMixin } from './csv-mixin.ts'
