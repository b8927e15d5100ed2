// Stands in for the WP Consent API, which can't be had here: a kind of consent that is empty where no banner asks, cookies that say what a visitor has
// agreed to, and an event for each change.

/** @returns a must-use plugin. @param type of consent: '' is the API alone, which then agrees to everything */
export function consentApi(type: '' | 'optin' | 'optout'): string {
  return `<?php
function wp_get_consent_type() { return apply_filters( 'wp_get_consent_type', ${type === '' ? 'false' : `'${type}'`} ); }
function wp_has_consent( $category, $requested_by = false ) { return ! wp_get_consent_type(); }
add_action( 'wp_head', function () { ?><script>${inPage}</script><?php } );
add_action( 'wp_head', fn() => wp_print_inline_script_tag( 'window.wp_fallback_consent_type = ' . wp_json_encode( (string) wp_get_consent_type() ) . ';' ) );`;
}

const inPage = `
window.wp_has_consent = (category) => {
  const type = window.wp_consent_type === undefined ? window.wp_fallback_consent_type : window.wp_consent_type;
  const said = document.cookie.split('; ').find((one) => one.startsWith('wp_consent_' + category + '='))?.split('=')[1] ?? '';
  if (!type || (type.includes('optout') && said === '')) return true;
  return said === 'allow';
};
window.wp_set_consent = (category, value) => {
  if (value !== 'allow' && value !== 'deny') return;
  document.cookie = 'wp_consent_' + category + '=' + value + ';path=/';
  document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change', { detail: Object.assign([], { [category]: value }) }));
};`;
