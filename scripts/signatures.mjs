// npm run signatures: whether what is installed is what its registry signed. A registry that cannot be asked is no answer: that
// fails, too, and says so.
import { spawnSync } from 'node:child_process';

const { status, stdout, stderr } = spawnSync('npm', ['audit', 'signatures', '--loglevel=error'], {
  encoding: 'utf8',
});
process.stdout.write(stdout);
if (status !== 0) {
  process.stderr.write(stderr);
  const isSilent = /ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|network|E40[0-9]|E50[0-9]|ENOAUDIT|fetch/i.test(
    stderr,
  );
  if (isSilent) console.error('signatures: the registry does not answer this question; nothing was checked');
}
process.exitCode = status ?? 1;
