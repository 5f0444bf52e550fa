// What a platform's page does with <annals-history>: it gives a way to get tokens, and listens.
window.told = [];
window.prevented = [];
for (const name of ['annals-ready', 'annals-select', 'annals-filter', 'annals-open-file', 'annals-error']) {
  document.addEventListener(name, (event) => {
    window.told.push({ name, detail: JSON.parse(JSON.stringify(event.detail)), from: event.target.id });
    if (window.prevented.includes(name)) event.preventDefault();
  });
}
// The element's script may not have run yet: what is set here has to survive that.
for (const element of document.querySelectorAll('annals-history')) {
  if (!element.hasAttribute('data-no-token')) element.getToken = () => window.newToken();
}
