/** `${NAME}` and `${NAME:-default}` in the values of a configuration. */

/** The text with the variables' values, or why not: a sentence that names the variable and quotes no value. */
export type Interpolated =
  | { readonly text: string; readonly isChanged: boolean }
  | { readonly problem: string; readonly placeholder: string };

const PLACEHOLDER = /\$?\$\{([^}]*)(\}?)/g;
const INSIDE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

/**
 * Puts the environment's values in. What stands behind `:-` holds where the variable is not set or empty. `$${` is a
 * `${` that is meant as it stands. Values are not looked through again: a password may hold `${`.
 */
export function interpolate(text: string, env: Readonly<Record<string, string | undefined>>): Interpolated {
  if (!text.includes('${')) return { text, isChanged: false };
  let out = '';
  let done = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    const [placeholder, inside = '', end] = match;
    out += text.slice(done, match.index);
    done = match.index + placeholder.length;
    if (placeholder.startsWith('$$')) {
      out += placeholder.slice(1);
      continue;
    }
    const [whole, name, fallback] = INSIDE.exec(inside) ?? [];
    if (end === '') return { problem: 'the ${ has no } behind it; $${ means it as it stands', placeholder: '${' };
    if (whole === undefined || name === undefined || fallback?.includes('${')) {
      return { problem: 'between ${ and } stands the name of a variable, or NAME:-default', placeholder: '${' };
    }
    // Not what every object has: the environment is the person's own.
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (fallback !== undefined) out += value || fallback;
    else if (value === undefined) {
      return {
        problem: `the environment variable ${name} is not set; \${${name}:-default} names what holds then`,
        placeholder,
      };
    } else out += value;
  }
  return { text: out + text.slice(done), isChanged: true };
}
