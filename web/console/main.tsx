import { render } from 'preact';

render(<p>Annals</p>, document.getElementById('console') as HTMLElement);
