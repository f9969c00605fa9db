declare module 'spdx-expression-parse' {
  /** Throws an Error for what is no SPDX licence expression. */
  export default function parse(expression: string): unknown;
}
