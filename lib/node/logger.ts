import * as core from '@actions/core';

/** What an action says while it works. Injected, so that tests can read it and libraries stay silent. */
export interface Logger {
  /** For whoever looks for a fault: argv, timings. */
  debug(message: string): void;
  /** What a user waits for. */
  info(message: string): void;
  warning(message: string, annotation?: Annotation): void;
  error(message: string, annotation?: Annotation): void;
  /** One foldable phase of the log; its result is the work's. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** Where on GitHub an annotation is shown. */
export interface Annotation {
  readonly title?: string;
  readonly file?: string;
}

/** GitHub's own log commands; on a laptop, plain lines. */
export function createLogger(isGitHub: boolean): Logger {
  if (isGitHub) {
    return {
      debug: core.debug,
      info: core.info,
      warning: (message, annotation) => core.warning(message, annotation),
      error: (message, annotation) => core.error(message, annotation),
      group: core.group,
    };
  }
  return {
    debug: () => {},
    info: (message) => console.log(message),
    warning: (message) => console.log(`Warning: ${message}`),
    error: (message) => console.error(`Error: ${message}`),
    group: async (title, work) => {
      console.log(`== ${title}`);
      return work();
    },
  };
}
