import { canonicalText } from '@conclave/event-store';

/** Changes the lines of an export. */
export type Edit = (lines: string[]) => string[];
const at =
  (n: number, edit: (line: string) => string): Edit =>
  (lines) =>
    lines.map((line, i) => (i === n ? edit(line) : line));
interface Changed extends Record<string, unknown> {
  version: number;
  data: Record<string, unknown>;
  meta: { id: string; command: Record<string, unknown> } & Record<string, unknown>;
}
const json = (edit: (value: Changed) => void) => (line: string) => {
  const value = JSON.parse(line) as Changed;
  edit(value);
  return canonicalText(value);
};
export const DAMAGES: Record<string, Edit> = {
  'a letter': at(5, (line) => line.replace('"actor":"', '"actor":"x')),
  'a key twice': at(5, (line) => line.replace('{"data":', '{"data":{},"data":')),
  'a key twice within': at(5, (line) => line.replace('"meta":{', '"meta":{"actor":"operator:x",')),
  'white space': at(5, (line) => line.replace('{', '{ ')),
  'white space at the end': at(5, (line) => `${line} `),
  'a carriage return': at(5, (line) => `${line}\r`),
  'keys in another order': at(5, (line) => {
    const { data, ...rest } = JSON.parse(line) as { data: object };
    return JSON.stringify({ ...rest, data });
  }),
  'a number written otherwise': at(2, (line) => line.replace(/"version":(\d+)/, '"version":$1.0')),
  'a number with an exponent': at(2, (line) => line.replace(/"version":(\d+)/, '"version":$1e0')),
  'a letter escaped': at(5, (line) => line.replace('"type"', '"\\u0074ype"')),
  'an empty line': (lines) => [...lines.slice(0, 5), '', ...lines.slice(5)],
  'a comment': (lines) => [...lines.slice(0, 5), '# what follows is true', ...lines.slice(5)],
  'an array': (lines) => [...lines.slice(0, 5), '[]', ...lines.slice(5)],
  'a number': (lines) => [...lines.slice(0, 5), '1', ...lines.slice(5)],
  null: (lines) => [...lines.slice(0, 5), 'null', ...lines.slice(5)],
  'an object of nobody': (lines) => [...lines.slice(0, 5), '{"note":"hello"}', ...lines.slice(5)],
  'a second header': (lines) => [...lines.slice(0, 5), lines[0]!, ...lines.slice(5)],
  'no header': (lines) => lines.slice(1),
  'a header of another form': at(0, () => '{"export":3}'),
  'a header that says more': at(0, () => '{"export":2,"note":"x"}'),
  'an unknown field of an event': at(
    5,
    json((event) => (event.note = 'x')),
  ),
  'an unknown field in data': at(
    5,
    json((event) => (event.data.note = 'x')),
  ),
  'an unknown field in meta': at(
    5,
    json((event) => (event.meta.note = 'x')),
  ),
  'an unknown field in a command': at(
    1,
    json((event) => (event.meta.command.note = 'x')),
  ),
  'a field of a prototype': at(5, (line) => line.replace('"data":{', '"data":{"__proto__":{"a":1},')),
  'no position': at(
    5,
    json((event) => delete event.position),
  ),
  'a position that is a number': at(
    5,
    json((event) => (event.position = 7)),
  ),
  'a position of before': at(
    5,
    json((event) => (event.position = '1')),
  ),
  'the same position twice': (lines) =>
    at(
      6,
      json((e) => (e.position = (JSON.parse(lines[5]!) as Changed).position)),
    )(lines),
  'a version twice': at(
    5,
    json((event) => (event.version -= 1)),
  ),
  'a version that is text': at(
    5,
    json((event) => Object.assign(event, { version: String(event.version) })),
  ),
  'an event of no known type': at(
    5,
    json((event) => (event.type = 'RunnerPromoted')),
  ),
  'an event of another stream': at(
    5,
    json((event) => (event.stream = 'notes')),
  ),
  'an event of another group': at(
    5,
    json((event) => (event.stream = 'group-other')),
  ),
  'an id in capitals': at(
    5,
    json((event) => (event.meta.id = event.meta.id.toUpperCase())),
  ),
  'an event less': (lines) => lines.filter((_, n) => n !== 7),
  'an event twice': (lines) => [...lines.slice(0, 7), lines[6]!, ...lines.slice(7)],
  'two events exchanged': (lines) => [...lines.slice(0, 5), lines[6]!, lines[5]!, ...lines.slice(7)],
  'the first event less': (lines) => lines.filter((_, n) => n !== 1),
  'a newer form': at(
    5,
    json((event) => (event.meta.v = 4)),
  ),
  'an older form': at(
    5,
    json((event) => (event.meta.v = 1)),
  ),
};
