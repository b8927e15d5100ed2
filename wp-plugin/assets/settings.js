/* The connection test of the settings page. */
((apiFetch, i18n) => {
  const button = document.getElementById('aiguy-test');
  const result = document.getElementById('aiguy-test-result');
  const show = (kind, text) => {
    const notice = document.createElement('div');
    notice.className = `notice inline notice-${kind}`;
    const line = document.createElement('p');
    line.textContent = text;
    notice.append(line);
    result.replaceChildren(notice);
  };
  button.addEventListener('click', async () => {
    button.disabled = true;
    show('info', i18n.__('Testing …', 'aiguy'));
    try {
      const answer = await apiFetch({ path: '/aiguy/v1/admin/connection', method: 'POST' });
      show(answer.ok ? 'success' : 'error', answer.message);
    } catch (error) {
      show('error', error.message || i18n.__('The test itself failed. Reload the page and try again.', 'aiguy'));
    } finally {
      button.disabled = false;
    }
  });
})(window.wp.apiFetch, window.wp.i18n);
