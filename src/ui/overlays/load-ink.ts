/**
 * Imports what imports Ink, with colour forced: Ink's colour library decides once, while it is loaded, from streams and
 * variables that are not ours. The painter takes colours down to what the terminal has. The variable is put back
 * before children are started.
 */
export async function loadInColor<Module>(load: () => Promise<Module>): Promise<Module> {
  const before = process.env['FORCE_COLOR'];
  process.env['FORCE_COLOR'] = '3';
  try {
    return await load();
  } finally {
    if (before === undefined) delete process.env['FORCE_COLOR'];
    else process.env['FORCE_COLOR'] = before;
  }
}
