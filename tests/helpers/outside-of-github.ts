/**
 * Set-up of every test: what a GitHub runner sets for a step is the tests' own affair, or they would write into the
 * outputs of the very step that runs them, read its cache, and see annotations where a laptop has plain lines.
 */
for (const name of Object.keys(process.env)) {
  if (/^(ACTIONS|GITHUB|INPUT|RUNNER)_/.test(name)) delete process.env[name];
}
