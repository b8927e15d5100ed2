<?php
/**
 * GET aiguy/v1/admin/site: what the orchestrator says of itself to this site's people.
 */

declare(strict_types=1);

namespace Aiguy\Staff;

final class Site_Controller {

	public function __construct( private readonly Staff_Client $client, private readonly Staff_Route $route ) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', fn() => $this->route->register( 'GET', '/site', Capabilities::VIEW, fn(): array => $this->client->call( 'site:read', 'GET', '/staff/site' ) ) );
	}
}
