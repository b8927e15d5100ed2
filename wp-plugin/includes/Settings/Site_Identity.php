<?php
/**
 * What the services must know of this site in order to trust it.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

use Aiguy\Rest\Api_Exception;
use Aiguy\Session\Signing_Key;
use Aiguy\Session\Visitor_Resolver;
use Aiguy\Staff\Staff_Client;

final class Site_Identity {

	public function __construct( private readonly Settings $settings, private readonly Signing_Key $key ) {}

	public function issuer(): string {
		return $this->settings->issuer();
	}

	public function jwks_uri(): string {
		return rest_url( 'aiguy/v1/jwks' );
	}

	/** The key's id, or what is wrong with it. */
	public function key_id(): string {
		try {
			return $this->key->current()->id();
		} catch ( Api_Exception ) {
			return Connection_Report::no_key()->message;
		}
	}

	/** The entry for TRUSTED_ISSUERS, as JSON. */
	public function entry(): string {
		$trusted = array(
			'issuer'    => $this->issuer(),
			'kinds'     => array( 'visitor-assertion', 'staff-assertion' ),
			'jwksUri'   => $this->jwks_uri(),
			'scopes'    => array( ...Visitor_Resolver::SCOPES, ...Staff_Client::SCOPES ),
			// Read by the tools API alone: the users of this site are its customers.
			'customers' => array( 'wp-users' ),
		);
		return (string) wp_json_encode( $trusted, JSON_UNESCAPED_SLASHES );
	}
}
