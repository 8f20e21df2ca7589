// Builds dist/ from src/ and the packages of package-lock.json, the same bytes each time.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

process.chdir(import.meta.dirname);
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
execFileSync(process.execPath, ['node_modules/@tailwindcss/cli/dist/index.mjs', '--input', 'src/app.css', '--output', 'dist/app.css', '--minify'], { stdio: ['ignore', 'ignore', 'inherit'] });
copyFileSync('src/app.js', 'dist/app.js');
copyFileSync('src/passkeys.js', 'dist/passkeys.js');
copyFileSync('src/favicon.svg', 'dist/favicon.svg');
copyFileSync('node_modules/htmx.org/dist/htmx.min.js', 'dist/htmx.min.js');

// The icons in use: one line a name in src/icons.txt (Lucide, ISC), and our own state marks in src/glyphs.svg.
const symbols = readFileSync('src/icons.txt', 'utf8').trim().split('\n').map(name => {
  const drawing = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, 'utf8').replace(/<!--[^]*?-->/g, '').replace(/<svg[^>]*>|<\/svg>/g, '').replace(/\s*\n\s*/g, '').trim();
  return `<symbol id="i-${name}" viewBox="0 0 24 24">${drawing}</symbol>`;
});
writeFileSync('dist/icons.svg', `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n${readFileSync('src/glyphs.svg', 'utf8')}</svg>\n`);
