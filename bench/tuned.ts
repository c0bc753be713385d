/** Loaded before a part of the program that runs by itself: V8's options that the program sets and not its launcher. */
import { createRequire } from 'node:module';
import { tuneV8 } from '../src/commands/tune-v8.ts';

tuneV8(process.versions.node, createRequire(import.meta.url));
