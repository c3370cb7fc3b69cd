import { render } from 'preact';
import { App } from './app.js';
import './style/page.css';
import './style/lines.css';
import './style/group.css';

const root = document.getElementById('app')!;
root.textContent = ''; // what was said while this loaded
render(<App />, root);
