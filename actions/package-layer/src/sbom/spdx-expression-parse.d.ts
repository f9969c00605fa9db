declare module 'spdx-expression-parse' {
  /** @throws Error if the text is not an SPDX license expression */
  export default function parse(expression: string): unknown;
}
