<?php
/**
 * Registers what AIGuy tests with Tools → Site Health, and what it tells there for a support request. Nothing secret is in it.
 */

declare(strict_types=1);

namespace Aiguy\Health;

use Aiguy\Knowledge\Choice;
use Aiguy\Plugin;
use Aiguy\Settings\Agents;
use Aiguy\Settings\Settings;
use Aiguy\Settings\Site_Identity;
use Aiguy\Setup\Setup_State;

final class Site_Health {

	/** Slow ones, which the screen asks for one after the other. */
	public const TESTS = array( 'rest', 'session', 'stream', 'connection', 'budget' );

	public function __construct(
		private readonly Health_Checks $checks,
		private readonly Budget_Check $budget,
		private readonly Settings $settings,
		private readonly Site_Identity $identity,
		private readonly Agents $agents,
		private readonly Setup_State $setup,
		private readonly Choice $choice,
	) {}

	public function add_hooks(): void {
		add_filter( 'site_status_tests', $this->add_tests( ... ) );
		add_filter( 'debug_information', $this->add_information( ... ) );
	}

	/**
	 * @param array{direct: array<string, mixed>, async: array<string, mixed>} $tests
	 * @return array{direct: array<string, mixed>, async: array<string, mixed>}
	 */
	private function add_tests( array $tests ): array {
		foreach ( self::TESTS as $test ) {
			$tests['async'][ "aiguy_$test" ] = array(
				'label'             => __( 'AIGuy', 'aiguy' ),
				'test'              => add_query_arg( 'test', $test, rest_url( 'aiguy/v1/admin/health' ) ),
				'has_rest'          => true,
				'async_direct_test' => fn(): array => $this->run( $test ),
			);
		}
		$tests['direct']['aiguy_mails'] = array( 'label' => __( 'AIGuy', 'aiguy' ), 'test' => fn(): array => $this->checks->mails()->fields() );
		$tests['direct']['aiguy_cron']  = array( 'label' => __( 'AIGuy', 'aiguy' ), 'test' => fn(): array => $this->checks->cron()->fields() );
		if ( class_exists( \Automattic\WooCommerce\Utilities\OrderUtil::class ) ) {
			$tests['direct']['aiguy_orders'] = array( 'label' => __( 'AIGuy', 'aiguy' ), 'test' => fn(): array => $this->checks->orders()->fields() );
		}
		return $tests;
	}

	/**
	 * @param string $test One of TESTS.
	 * @return array<string, mixed>
	 */
	public function run( string $test ): array {
		$result = match ( $test ) {
			'rest'    => $this->checks->rest(),
			'session' => $this->checks->session(),
			'stream'  => $this->checks->stream(),
			'budget'  => $this->budget->result(),
			default   => $this->checks->connection(),
		};
		return $result->fields();
	}

	/**
	 * @param array<string, mixed> $information
	 * @return array<string, mixed>
	 */
	private function add_information( array $information ): array {
		$yes   = static fn( bool $is ): string => $is ? __( 'Yes', 'aiguy' ) : __( 'No', 'aiguy' );
		$rows  = array(
			'version'      => array( __( 'Version', 'aiguy' ), Plugin::VERSION ),
			'orchestrator' => array( __( 'Chat service', 'aiguy' ), $this->settings->orchestrator_url() ?: __( 'not set', 'aiguy' ) ),
			'transport'    => array( __( 'How the chat connects', 'aiguy' ), $this->settings->transport() ),
			'issuer'       => array( __( 'Signs as', 'aiguy' ), $this->identity->issuer() ),
			'key'          => array( __( 'Key id', 'aiguy' ), $this->identity->key_id() ),
			'agents'       => array( __( 'Agents', 'aiguy' ), implode( ', ', array_column( array_map( static fn( $agent ): array => $agent->fields(), $this->agents->all() ), 'id' ) ) ),
			'learns'       => array( __( 'Learns from', 'aiguy' ), implode( ', ', $this->choice->types() ) ),
			'set_up'       => array( __( 'Set up', 'aiguy' ), $yes( $this->setup->is_finished() ) ),
		);
		$fields = array_map( static fn( array $row ): array => array( 'label' => $row[0], 'value' => $row[1] ), $rows );
		return $information + array( 'aiguy' => array( 'label' => __( 'AIGuy', 'aiguy' ), 'fields' => $fields ) );
	}
}
