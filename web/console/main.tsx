import { render } from 'preact';
import './style/base.css';
import '../timeline/theme.css';
import '../timeline/styles.css';
import './style/frame.css';
import './style/pages.css';
import './style/history.css';
import './style/record.css';
import './style/tenants.css';
import './style/service.css';
import { App } from './frame/app.js';

render(<App />, document.getElementById('console') as HTMLElement);
