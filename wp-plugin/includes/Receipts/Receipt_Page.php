<?php
/**
 * GET and POST aiguy/v1/receipts: the orchestrator's page on which anybody checks receipts, for visitors who reach this site alone. Asks for nobody,
 * keeps nothing, and runs no script, whatever the orchestrator sends.
 */

declare(strict_types=1);

namespace Aiguy\Receipts;

use Aiguy\Rest\Ajax_Door;
use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Raw_Body;
use Aiguy\Session\Page_Language;
use Aiguy\Settings\Settings;
use Aiguy\Storage\Kept_Counts;

final class Receipt_Page {

	private const PATH              = 'receipts';
	private const TIMEOUT_SECONDS   = 5;
	private const PAGE_BYTES_MAX    = 2097152;
	private const RECEIPT_BYTES_MAX = 65536;
	private const FILES_MAX         = 20;
	private const REQUESTS_PER_MINUTE = 30;

	/** What the orchestrator answers a form with, as a page. */
	private const STATUSES = array( 200, 400, 413, 415, 429 );

	/** The policy is ours: nothing but styles of the page's own, which can fetch nothing, and no form to elsewhere. */
	private const HEADERS = array(
		'Content-Type'            => 'text/html; charset=utf-8',
		'Content-Security-Policy' => "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		'X-Content-Type-Options'  => 'nosniff',
		'Referrer-Policy'         => 'no-referrer',
		'X-Robots-Tag'            => 'noindex',
		'Cache-Control'           => 'no-store, private',
	);

	/** @var \WeakMap<\WP_REST_Request, string> The page that is served for exactly that request. */
	private readonly \WeakMap $pages;

	/** @param \Closure(): string $visitor_address Where the request comes from, for counting. */
	public function __construct(
		private readonly Settings $settings,
		private readonly Ajax_Door $door,
		private readonly Kept_Counts $counts,
		private readonly \Closure $visitor_address,
	) {
		$this->pages = new \WeakMap();
	}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
		// After Response_Filter, so that its headers are already right.
		add_filter( 'rest_pre_serve_request', $this->serve( ... ), 12, 3 );
	}

	/** Where whoever asked just now can open the page: by the REST API, or by the door that he came through; in the language of the page that he is on. */
	public function address(): string {
		$language = Page_Language::claim()['language'] ?? '';
		return $this->address_in( substr( get_bloginfo( 'language' ), 0, 2 ) === substr( $language, 0, 2 ) ? '' : $language );
	}

	/** @param string $language Empty for the site's own. */
	private function address_in( string $language ): string {
		$door    = wp_doing_ajax() ? $this->door->url() : '';
		$address = '' === $door ? rest_url( 'aiguy/v1/' . self::PATH ) : $door . self::PATH;
		return esc_url_raw( '' === $language ? $address : add_query_arg( 'lang', $language, $address ) );
	}

	private function register(): void {
		register_rest_route(
			'aiguy/v1',
			'/' . self::PATH,
			array(
				'methods'             => array( 'GET', 'POST' ),
				'callback'            => $this->answer( ... ),
				// A receipt is checked by whoever holds it.
				'permission_callback' => '__return_true',
				'args'                => array( 'lang' => array(), 'receipts' => array() ),
			)
		);
	}

	private function answer( \WP_REST_Request $request ): \WP_REST_Response {
		try {
			$this->counts->take( 'receipts ' . ( $this->visitor_address )(), self::REQUESTS_PER_MINUTE, MINUTE_IN_SECONDS );
			list( $status, $page, $retry ) = $this->ask( $request );
		} catch ( Api_Exception $exception ) {
			$is_limited = 'rate_limited' === $exception->error_code;
			$status     = $is_limited ? 429 : 503;
			$retry      = (string) MINUTE_IN_SECONDS;
			$page       = self::notice( $is_limited );
		}
		$this->pages[ $request ] = $page;
		return new \WP_REST_Response( null, $status, self::HEADERS + ( '' === $retry ? array() : array( 'Retry-After' => $retry ) ) );
	}

	/**
	 * @return array{int, string, string} Status, page, and after how many seconds to come again.
	 * @throws Api_Exception orchestrator_unavailable.
	 */
	private function ask( \WP_REST_Request $request ): array {
		$base     = $this->settings->orchestrator_url();
		$is_check = 'POST' === $request->get_method();
		$sent     = array(
			'method'              => $is_check ? 'POST' : 'GET',
			'timeout'             => self::TIMEOUT_SECONDS,
			'redirection'         => 0,
			'limit_response_size' => self::PAGE_BYTES_MAX,
		) + ( $is_check ? array( 'body' => array( 'receipts' => self::given( $request ) ) ) : array() );
		$response = '' === $base ? null : wp_remote_request( $base . ( $is_check ? '/receipts/verify' : '/receipts' ) . '?lang=' . rawurlencode( self::asked_language( $request ) ?: get_bloginfo( 'language' ) ), $sent );
		$status   = (int) wp_remote_retrieve_response_code( $response ?? array() );
		$is_page  = in_array( $status, self::STATUSES, true ) && str_starts_with( (string) wp_remote_retrieve_header( $response, 'content-type' ), 'text/html' );
		$page     = $is_page ? $this->here( wp_remote_retrieve_body( $response ), self::asked_language( $request ) ) : null;
		if ( null === $page ) {
			throw new Api_Exception( 'orchestrator_unavailable' );
		}
		$retry = (string) wp_remote_retrieve_header( $response, 'retry-after' );
		return array( $status, $page, ctype_digit( $retry ) ? $retry : '' );
	}

	/** What the page's address asks for; empty for nothing. */
	private static function asked_language( \WP_REST_Request $request ): string {
		$named = $request->get_query_params()['lang'] ?? '';
		return is_string( $named ) && preg_match( '/\A[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\z/', $named ) ? $named : '';
	}

	/** The page with its form sent to this site, and its files as PHP reads several. Null for what is not that page. */
	private function here( string $page, string $language ): ?string {
		$page = preg_replace_callback( '/(<form method="post" action=")[^"]*(")/', fn( array $parts ): string => $parts[1] . esc_url( $this->address_in( $language ) ) . $parts[2], $page, -1, $forms );
		return 1 === $forms && is_string( $page ) ? str_replace( 'name="file"', 'name="file[]"', $page ) : null;
	}

	/** What was pasted, and after it the chosen files; cut where the orchestrator refuses it for its size. */
	private static function given( \WP_REST_Request $request ): string {
		$pasted = $request->get_body_params()['receipts'] ?? '';
		$files  = $request->get_file_params()['file']['tmp_name'] ?? array();
		$parts = array( is_string( $pasted ) ? $pasted : '' );
		foreach ( array_slice( (array) $files, 0, self::FILES_MAX ) as $file ) {
			if ( is_string( $file ) && is_uploaded_file( $file ) ) {
				$parts[] = (string) file_get_contents( $file, false, null, 0, self::RECEIPT_BYTES_MAX + 1 );
			}
		}
		return substr( implode( "\n", $parts ), 0, self::RECEIPT_BYTES_MAX + 1 );
	}

	private static function notice( bool $is_limited ): string {
		$title = esc_html__( 'That could not be checked', 'aiguy' );
		$text  = $is_limited ? esc_html__( 'That were many checks at once. Wait a minute and try again.', 'aiguy' ) : esc_html__( 'Receipts can’t be checked at the moment. Try again in a minute.', 'aiguy' );
		$lang  = esc_attr( get_bloginfo( 'language' ) );
		$dir   = is_rtl() ? 'rtl' : 'ltr';
		return "<!doctype html>\n<html lang=\"$lang\" dir=\"$dir\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>$title</title></head><body><main><h1>$title</h1><p role=\"alert\">$text</p></main></body></html>\n";
	}

	private function serve( mixed $served, \WP_HTTP_Response $response, \WP_REST_Request $request ): mixed {
		if ( $served || ! isset( $this->pages[ $request ] ) ) {
			return $served;
		}
		// The orchestrator has escaped in it what came from outside, and by its policy nothing of it runs.
		Raw_Body::print( $this->pages[ $request ] );
		return true;
	}
}
