import { render } from 'preact';
import { App } from './app.js';
import { Connection } from './cards/connection.js';
import { CardHistory } from './cards/history.js';
import { Runs } from './cards/runs.js';
import './style/colours.css';
import './style/elements.css';
import './style/frame.css';
import './style/composer.css';
import './style/cards.css';
import './style/results.css';

const connection = new Connection();
const runs = new Runs(connection, new CardHistory(connection.server));
void connection.readModels();
addEventListener('beforeunload', (event) => runs.isUnsent && event.preventDefault());
render(<App connection={connection} runs={runs} />, document.getElementById('app')!);
