/** One view serves the keys, the draw and the targets of the same moment. */
import type { ListState } from './state.ts';

/** What of a list decides which of its rows are shown and in what order. */
function isSameList(a: ListState, b: ListState): boolean {
  return (
    a.filter === b.filter &&
    a.sort === b.sort &&
    a.isInverted === b.isInverted &&
    a.isGrouped === b.isGrouped &&
    a.folded === b.folded
  );
}

/** Makes the view anew only when the list or one of the inputs is another; equal is what `Object.is` calls so. */
export function createViewMemo<S extends { readonly list: ListState }, V>(
  inputsOf: (scope: S) => readonly unknown[],
  make: (scope: S) => V,
): (scope: S) => V {
  let known: { readonly inputs: readonly unknown[]; readonly list: ListState; readonly view: V } | null = null;
  return (scope) => {
    const inputs = inputsOf(scope);
    const isKnown =
      known !== null &&
      isSameList(known.list, scope.list) &&
      known.inputs.every((input, i) => Object.is(input, inputs[i]));
    if (!known || !isKnown) known = { inputs, list: scope.list, view: make(scope) };
    return known.view;
  };
}
