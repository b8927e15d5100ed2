<?php
/**
 * GET and PUT aiguy/v1/admin/agents: all agents with all their fields, and what all together may use; PUT replaces them.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

use Aiguy\Rest\Request_Guard;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Route;

final class Agents_Controller {

	private const BODY_BYTES_MAX = 262144;

	/** What an agent and the limits hold is checked, and said at the field, by Agent_Rules. */
	private const FIELDS = array(
		'default' => array(),
		'agents'  => array(),
		'limits'  => array(),
	);

	public function __construct( private readonly Agents $agents, private readonly Request_Guard $guard, private readonly Staff_Route $route ) {}

	public function add_hooks(): void {
		add_action(
			'rest_api_init',
			function (): void {
				$this->route->register( 'GET', '/agents', Capabilities::MANAGE, $this->answer( ... ) );
				$this->route->register( 'PUT', '/agents', Capabilities::MANAGE, $this->save( ... ), self::FIELDS );
			}
		);
	}

	/** @return array<string, mixed> */
	private function answer(): array {
		$agents = $this->agents->all();
		return array(
			'default'  => $agents[0]->id,
			'agents'   => array_map( static fn( Agent $agent ): array => $agent->fields(), $agents ),
			// Of all agents together.
			'limits'   => $this->agents->limits(),
			// Ids that no new one gets.
			'retired'  => $this->agents->retired(),
			// What a new one begins with, and what is shown where nothing is written, in the words of whoever looks.
			'defaults' => Agent::defaults(),
			'usual'    => self::usual(),
			'language' => str_replace( '_', '-', get_locale() ),
			// Pictures and addresses are the screen's to show, and never sent back.
			'avatars'  => array_filter( array_combine( array_map( static fn( Agent $agent ): string => $agent->id, $agents ), array_map( static fn( Agent $agent ): string => (string) wp_get_attachment_image_url( $agent->avatar ), $agents ) ) ),
			'fixed'    => $this->agents->is_constant(),
			'privacy'  => get_privacy_policy_url(),
			// The API alone asks nobody.
			'consents' => function_exists( 'wp_get_consent_type' ) && (bool) wp_get_consent_type(),
		);
	}

	/** @return array{name: string, greeting: string} */
	private static function usual(): array {
		$untouched = Agent::of( array() );
		return array( 'name' => $untouched->name_text(), 'greeting' => $untouched->greeting_text() );
	}

	/** @return array<string, mixed> */
	private function save( \WP_REST_Request $request ): array {
		$this->guard->read_json( $request, self::BODY_BYTES_MAX );
		// The guard gives objects; fields are compared as arrays.
		$values = (array) json_decode( $request->get_body(), true );
		$this->agents->save( $values['agents'] ?? null, $values['default'] ?? null, $values['limits'] ?? array() );
		return $this->answer();
	}
}
