export const NotHere = () => (
  <main>
    <h1>Nothing is here</h1>
    <p>
      This address is none of the dashboard. <a href="/">All groups</a> are on the first page.
    </p>
  </main>
);
