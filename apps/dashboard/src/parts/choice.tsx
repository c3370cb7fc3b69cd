interface Given {
  label: string;
  value: string;
  options: readonly (readonly [value: string, words: string])[];
  choose: (value: string) => void;
}

/** One of several, under its name. */
export const Choice = ({ label, value, options, choose }: Given) => (
  <label>
    {label}{' '}
    <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
      {options.map(([one, words]) => (
        <option key={one} value={one}>
          {words}
        </option>
      ))}
    </select>
  </label>
);
