// What stands in a template is text, whatever it looks like, and stays in its place.
import { describe, expect, it } from 'vitest';
import { escaped, html } from '../../../src/report/html/markup.js';

describe('html', () => {
  it('escapes text in content and in attributes, and leaves markup as it is', () => {
    const bold = html`<b title="${'" onload="x'}">${'<script>'} & ${"it's"}</b>`;
    expect(html`<p>${[bold, ' and ', 3]}${null}${false}</p>`.markup).toBe(
      '<p><b title="&quot; onload=&quot;x">&lt;script&gt; & it&#39;s</b> and 3</p>',
    );
  });

  it('does not take text for markup because it names a property so', () => {
    expect(html`<p>${'{"markup":"<b>"}'}</p>`.markup).toBe('<p>{&quot;markup&quot;:&quot;&lt;b&gt;&quot;}</p>');
  });

  it('replaces what a browser obeys or an XML parser refuses', () => {
    expect(escaped('a\u2028b\u202ec\u0000d\ud800e\uffffe')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde\ufffde');
  });
});
