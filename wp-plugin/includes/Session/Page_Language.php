<?php
/**
 * The language of the page that a chat stands on, so that what the services say is said in it: confirmation cards, forms, outcomes, mails.
 *
 * The page tells it by the header X-Aiguy-Language, because the routes don't run in the page's language; without it, it is the site's own.
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Page_Language {

	private const MAX = 35;

	/** @return array{}|array{language: string} The claim of VisitorAssertion in manifests/protocol/claims.json. */
	public static function claim(): array {
		$language = self::known( sanitize_text_field( wp_unslash( $_SERVER['HTTP_X_AIGUY_LANGUAGE'] ?? '' ) ) ) ?? self::known( get_locale() );
		return null === $language ? array() : array( 'language' => $language );
	}

	/** WordPress writes de_DE_formal where BCP 47 has de-DE-formal. */
	private static function known( string $locale ): ?string {
		$language = str_replace( '_', '-', $locale );
		return strlen( $language ) <= self::MAX && preg_match( '/\A[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\z/', $language ) ? $language : null;
	}
}
