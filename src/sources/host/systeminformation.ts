/** The package behind an import of ours: a CommonJS package imported lazily has other exports bundled than not. */
export { default as systeminformation, type Systeminformation } from 'systeminformation';
