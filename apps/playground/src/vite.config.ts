import { defineConfig } from 'vite';

/**
 * Relative addresses, so that the page works wherever a proxy serves it. One script and one style sheet as files of their
 * own: the page's content security policy takes nothing inline.
 */
export default defineConfig({
  base: './',
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: ['chrome111', 'firefox114', 'safari16.4'],
    sourcemap: false,
  },
});
