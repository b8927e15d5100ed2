/* The buttons of the settings page: each calls the route in its data-route and says what came of it, or goes to its data-then. */
((apiFetch, i18n) => {
  const show = (place, kind, text) => {
    const notice = document.createElement('div');
    notice.className = `notice inline notice-${kind}`;
    const line = document.createElement('p');
    line.textContent = text;
    notice.append(line);
    place.replaceChildren(notice);
  };
  const press = async ({ route, method = 'POST', body, then }, place) => {
    show(place, 'info', i18n.__('One moment …', 'aiguy'));
    try {
      const answer = await apiFetch({ path: `/aiguy/v1/${route}`, method, ...(body ? { data: JSON.parse(body) } : {}) });
      if (then) location.assign(then);
      else show(place, answer.ok ? 'success' : 'error', answer.message);
    } catch (error) {
      show(place, 'error', error.message || i18n.__('That did not work. Reload the page and try again.', 'aiguy'));
    }
  };
  for (const button of document.querySelectorAll('button[data-route]')) {
    const place = document.getElementById(button.getAttribute('aria-controls'));
    button.addEventListener('click', async () => {
      button.disabled = true;
      await press(button.dataset, place);
      button.disabled = false;
    });
  }
})(window.wp.apiFetch, window.wp.i18n);
