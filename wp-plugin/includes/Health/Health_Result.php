<?php
/**
 * What one of the Site Health tests found, in WordPress' own shape and with what to do.
 */

declare(strict_types=1);

namespace Aiguy\Health;

final class Health_Result {

	/**
	 * @param string                       $test   Its name in Site_Health.
	 * @param 'good'|'recommended'|'critical' $status
	 * @param string                       $found  A short heading.
	 * @param string                       $advice What it means, and what to do.
	 */
	public function __construct( private readonly string $test, private readonly string $status, private readonly string $found, private readonly string $advice ) {}

	/** @return array<string, mixed> As WP_Site_Health expects it. */
	public function fields(): array {
		$link = '<p><a href="' . esc_url( admin_url( 'admin.php?page=aiguy-connection' ) ) . '">' . esc_html__( 'AIGuy’s connection', 'aiguy' ) . '</a></p>';
		return array(
			'label'       => $this->found,
			'status'      => $this->status,
			'badge'       => array( 'label' => __( 'AIGuy', 'aiguy' ), 'color' => 'blue' ),
			'description' => '<p>' . esc_html( $this->advice ) . '</p>',
			'actions'     => 'good' === $this->status || 'mails' === $this->test ? '' : $link,
			'test'        => 'aiguy_' . $this->test,
		);
	}
}
