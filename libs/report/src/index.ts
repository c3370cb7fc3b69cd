export { pageOf } from './page.js';
export { gistIn } from './gist.js';
