import { describe, expect, it } from 'vitest';

import { changes } from './trail';

describe('what changed', () => {
  it('names the members that differ, without what the box counts itself', () => {
    expect(changes('{"name":"a","version":1,"updatedAt":"x"}', '{"name":"b","version":2,"updatedAt":"y"}')).toEqual([{ field: 'name', before: 'a', after: 'b' }]);
  });

  it('takes a thing that was made or deleted', () => {
    expect(changes(undefined, '{"name":"b"}')).toEqual([{ field: 'name', before: null, after: 'b' }]);
    expect(changes('{"name":"a"}', undefined)).toEqual([{ field: 'name', before: 'a', after: null }]);
  });

  it('takes rubbish for nothing', () => {
    expect(changes('not json', '[1]')).toEqual([{ field: '0', before: null, after: 1 }]);
  });
});
