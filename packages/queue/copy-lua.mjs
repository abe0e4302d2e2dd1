// Part of the build: copies every .lua file from src to the same place in dist.
import { cpSync, statSync } from 'node:fs';

const isWanted = (path) => statSync(path).isDirectory() || path.endsWith('.lua');
cpSync('src', 'dist', { recursive: true, filter: isWanted });
