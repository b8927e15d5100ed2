// Markdown nodes as elements. Text only ever becomes text; there is no way from an answer to HTML.
import { __ } from '@wordpress/i18n';
import type { Citation } from '../chat/events.ts';
import type { Block, Inline, ListBlock } from '../chat/markdown.ts';
import { CitationMarker } from './citations.tsx';

type InlineProps = { nodes: Inline[]; citations: Citation[] };

export function MarkdownView({ blocks, citations }: { blocks: Block[]; citations: Citation[] }) {
  return (
    <>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} citations={citations} />
      ))}
    </>
  );
}

function BlockView({ block, citations }: { block: Block; citations: Citation[] }) {
  switch (block.type) {
    case 'code':
      return (
        <pre dir="ltr">
          <code>{block.text}</code>
        </pre>
      );
    case 'list':
      return <ListView list={block} citations={citations} />;
    case 'paragraph': {
      const content = <InlineView nodes={block.children} citations={citations} />;
      return <p dir="auto">{block.isHeading ? <strong>{content}</strong> : content}</p>;
    }
  }
}

function ListView({ list, citations }: { list: ListBlock; citations: Citation[] }) {
  const items = list.items.map((item, index) => (
    <li key={index}>
      <InlineView nodes={item.children} citations={citations} />
      {item.lists.map((inner, innerIndex) => (
        <ListView key={innerIndex} list={inner} citations={citations} />
      ))}
    </li>
  ));
  return list.isOrdered ? (
    <ol dir="auto" start={list.start}>
      {items}
    </ol>
  ) : (
    <ul dir="auto">{items}</ul>
  );
}

function InlineView({ nodes, citations }: InlineProps) {
  return (
    <>
      {nodes.map((node, index) => (
        <NodeView key={index} node={node} citations={citations} />
      ))}
    </>
  );
}

function NodeView({ node, citations }: { node: Inline; citations: Citation[] }) {
  switch (node.type) {
    case 'text':
      return <>{node.text}</>;
    case 'break':
      return <br />;
    case 'code':
      return <code dir="ltr">{node.text}</code>;
    case 'strong':
      return <strong>{<InlineView nodes={node.children} citations={citations} />}</strong>;
    case 'emphasis':
      return <em>{<InlineView nodes={node.children} citations={citations} />}</em>;
    case 'link':
      return <LinkView link={node} citations={citations} />;
    case 'citation':
      return <CitationMarker citation={citations.find((citation) => citation.number === node.number)} />;
  }
}

type LinkProps = { link: Extract<Inline, { type: 'link' }>; citations: Citation[] };

function LinkView({ link, citations }: LinkProps) {
  return (
    <a href={link.href} target="_blank" rel="noopener noreferrer nofollow">
      <InlineView nodes={link.children} citations={citations} />
      {link.host === undefined ? null : <bdi className="host"> ({link.host})</bdi>}
      <span className="unseen"> {__('(opens in a new tab)', 'aiguy')}</span>
    </a>
  );
}
