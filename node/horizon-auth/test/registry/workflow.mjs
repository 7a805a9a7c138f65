// The steps of .github/workflows/npm.yml, as GitHub runs them.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const file = new URL('../../../../.github/workflows/npm.yml', import.meta.url);

/** The steps of a job that have a name, by it; `modules` is the folder with node_modules. */
export function stepsOf(job, modules) {
  const { load } = createRequire(join(modules, 'package.json'))('js-yaml');
  const { defaults, jobs } = load(readFileSync(file, 'utf8'));
  if (defaults.run.shell !== 'bash') throw new Error('another shell than the one that runs the steps here');
  return Object.fromEntries(jobs[job].steps.filter(({ name, run }) => name && run).map((step) => [step.name, step]));
}

/** Runs the text of a step in a folder, by the command line that GitHub has for `shell: bash`. */
export function runStep({ run }, folder, env) {
  const script = join(folder, 'step.sh');
  writeFileSync(script, run);
  return new Promise((done) => {
    const args = ['--noprofile', '--norc', '-e', '-o', 'pipefail', script];
    execFile('bash', args, { cwd: folder, env, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      done({ status: error ? error.code : 0, stdout, stderr });
    });
  });
}
