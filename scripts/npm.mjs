// What npm must not inherit, and what its failures mean. No dependencies, any Node.

// Set by npm for the script it runs us in, or by the person for other purposes. Each would change what `npm ci`
// installs or says: `npm run -s` passes loglevel=silent down, and NODE_ENV=production leaves the build tools out.
const DROPPED_SETTINGS = [
  'also',
  'call',
  'dev',
  'dry-run',
  'force',
  'global',
  'global-style',
  'if-present',
  'ignore-scripts',
  'include',
  'include-workspace-root',
  'install-strategy',
  'json',
  'legacy-bundling',
  'link',
  'local-prefix',
  'location',
  'loglevel',
  'omit',
  'only',
  'optional',
  'package',
  'package-lock',
  'package-lock-only',
  'parseable',
  'prefix',
  'production',
  'save',
  'shrinkwrap',
  'silent',
  'workspace',
  'workspaces',
];
const DROPPED_NAMES = new Set(['node_env', 'init_cwd', 'npm_command', 'npm_execpath', 'npm_node_execpath']);

/** The environment for npm and the build: registry, proxy, certificates and cache stay, the rest of npm's goes. */
export function cleanNpmEnvironment(env) {
  const settings = new Set(DROPPED_SETTINGS);
  const isDropped = (name) => {
    const low = name.toLowerCase();
    if (DROPPED_NAMES.has(low) || low.startsWith('npm_package_') || low.startsWith('npm_lifecycle_')) return true;
    return low.startsWith('npm_config_') && settings.has(low.slice('npm_config_'.length).replaceAll('_', '-'));
  };
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isDropped(name)));
}

const REASONS = [
  [
    /\bE407\b|407 Proxy Authentication|Proxy Authentication Required/i,
    () => 'the proxy wants a name and a password: put them in HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT',
  ],
  [
    /\bENOSPC\b|\bEDQUOT\b|no space left/i,
    () => 'the disk is full: make 1 GB of room (npm cache verify frees some), then start again',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY_LEAF|CERT_HAS_EXPIRED|DEPTH_ZERO_SELF/,
    () =>
      'the certificate of the package registry is not trusted: behind a proxy that opens TLS, name its certificate in NODE_EXTRA_CA_CERTS=FILE',
  ],
  [
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|ERR_INVALID_URL)\b/,
    ([code], env) => `the package registry cannot be reached (${code}): check the network, ${proxyAdvice(env)}`,
  ],
  [
    /\b(EACCES|EPERM|EROFS)\b/,
    ([code], _env, output) =>
      `may not write (${code}${pathIn(output)}): give that folder to your user, or use a copy of your own`,
  ],
  [
    /\bEUSAGE\b|\bELOCKVERIFY\b/,
    () => 'package.json and package-lock.json do not agree: restore both (git checkout package.json package-lock.json)',
  ],
  [/\bEINTEGRITY\b/, () => 'a package arrived damaged: run npm cache verify, then start again'],
  [
    /\b(E401|E403|E404|E429|E5\d\d)\b/,
    ([code]) => `the package registry refuses (${code}): check npm config get registry and its login`,
  ],
];

/** One line: why npm failed and what to do. `output` is what it said on stdout and stderr. */
export function explainNpmFailure({ code, signal, output }, env) {
  for (const [pattern, explain] of REASONS) {
    const match = pattern.exec(output);
    if (match) return explain(match, env, output);
  }
  const last = output
    .split('\n')
    .findLast((line) => /^npm (error|ERR!)/.test(line) && !/complete log|debug-0/.test(line));
  const said = last ? `; it says: ${last.replace(/^npm \S+ /, '')}` : '';
  return `npm ended with ${signal ?? `code ${code}`}${said}`;
}

/** The proxy is named without the name and password it may hold. */
function proxyAdvice(env) {
  const proxy = env.HTTPS_PROXY ?? env.https_proxy ?? env.npm_config_https_proxy ?? env.HTTP_PROXY ?? env.http_proxy;
  if (!proxy) return 'or set HTTPS_PROXY=http://HOST:PORT where a proxy is needed';
  return `and the proxy ${proxy.replace(/\/\/[^@/]*@/, '//')} of HTTPS_PROXY`;
}

function pathIn(output) {
  const match = /^npm (?:error|ERR!) path (.+)$/m.exec(output);
  return match ? ` at ${match[1]}` : '';
}
