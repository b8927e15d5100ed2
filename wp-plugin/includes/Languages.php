<?php
/**
 * The languages that the plugin brings, for PHP and for its scripts. A language pack of the site wins over them.
 */

declare(strict_types=1);

namespace Aiguy;

final class Languages {

	private const DOMAIN = 'aiguy';
	/** What a country reads that has no catalogue of its own: German in Austria, French in Canada. */
	private const SHIPPED = array( 'de' => 'de_DE', 'fr' => 'fr_FR' );

	/** @param string $folder Ends in a slash. */
	public function __construct( private readonly string $folder ) {}

	public function add_hooks(): void {
		add_filter( 'lang_dir_for_domain', $this->find_folder( ... ), 10, 3 );
		add_filter( 'load_textdomain_mofile', $this->find_catalogue( ... ), 10, 2 );
		add_filter( 'load_script_translation_file', $this->find_script_file( ... ), 10, 3 );
	}

	private function find_folder( string|false $folder, string $domain, string $locale ): string|false {
		return self::DOMAIN === $domain && ! $folder && isset( self::SHIPPED[ substr( $locale, 0, 2 ) ] ) ? $this->folder : $folder;
	}

	/** WordPress names the .mo file and reads the .l10n.php beside it. */
	private function find_catalogue( string $file, string $domain ): string {
		return self::DOMAIN === $domain ? $this->shipped( $file, '.mo', '.l10n.php' ) : $file;
	}

	private function find_script_file( string|false $file, string $handle, string $domain ): string|false {
		return self::DOMAIN === $domain && is_string( $file ) ? $this->shipped( $file, '.json', '.json' ) : $file;
	}

	/** The file itself where it is there, otherwise ours of the same language. */
	private function shipped( string $file, string $suffix, string $read ): string {
		$pattern = '/^aiguy-([a-z]{2})_[A-Za-z_0-9]+?(-.+)?' . preg_quote( $suffix, '/' ) . '$/';
		if ( is_readable( $file ) || is_readable( substr( $file, 0, -strlen( $suffix ) ) . $read ) || ! preg_match( $pattern, basename( $file ), $found ) ) {
			return $file;
		}
		$locale = self::SHIPPED[ $found[1] ] ?? '';
		return '' === $locale ? $file : $this->folder . "aiguy-$locale" . ( $found[2] ?? '' ) . $suffix;
	}
}
