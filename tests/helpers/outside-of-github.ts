/**
 * Setup of every test. It deletes the variables that a workflow runner sets for a step. Otherwise tests would write to the
 * outputs of the step that runs them, use its cache, and log annotations instead of plain lines.
 */
for (const name of Object.keys(process.env)) {
  if (/^(ACTIONS|GITHUB|INPUT|RUNNER)_/.test(name)) delete process.env[name];
}
