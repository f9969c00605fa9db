import { styleText } from 'node:util';
import * as core from '@actions/core';

/** The log of an action. It is passed as an argument, so that tests can read it. */
export interface Logger {
  /** Commands and timings, for troubleshooting. */
  debug(message: string): void;
  /** Progress that a user waits for. */
  info(message: string): void;
  warning(message: string, annotation?: Annotation): void;
  error(message: string, annotation?: Annotation): void;
  /** Runs one foldable phase of the log and returns the result of `work`. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** Title of a message on GitHub, and the file beside which GitHub shows it. */
export interface Annotation {
  readonly title?: string;
  readonly file?: string;
}

/** Creates a logger that writes GitHub's log commands, or plain lines for a terminal. */
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
    // styleText adds color only if the stream is a terminal and NO_COLOR is not set.
    warning: (message) =>
      console.log(`${styleText('yellow', 'Warning:', { stream: process.stdout })} ${message}`),
    error: (message) => console.error(`${styleText('red', 'Error:', { stream: process.stderr })} ${message}`),
    group: async (title, work) => {
      console.log(`== ${title}`);
      return work();
    },
  };
}
