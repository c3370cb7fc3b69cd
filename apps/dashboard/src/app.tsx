import { useEffect, useReducer } from 'preact/hooks';
import { LocationProvider, Route, Router } from 'preact-iso';
import { isTokenWanted, onToken } from './api/token.js';
import { GroupScreen } from './group/group-screen.js';
import { GroupsScreen } from './groups/groups-screen.js';
import { live } from './live/live-groups.js';
import { ServersScreen } from './servers/servers-screen.js';
import { TrustScreen } from './trust/trust-screen.js';
import { WhatIfScreen } from './why/what-if-screen.js';
import { WhyScreen } from './why/why-screen.js';
import { Header } from './parts/header.js';
import { SignIn } from './parts/sign-in.js';
import { NotHere } from './parts/not-here.js';

/** Other pages of this server are not of the dashboard. */
const SCOPE = /^\/($|\?|groups|trust|servers)/;

export function App() {
  const [, again] = useReducer((n: number, _: undefined) => n + 1, 0);
  useEffect(() => {
    live.start();
    return onToken(() => {
      if (isTokenWanted()) live.rest();
      else live.restart();
      again(undefined);
    });
  }, []);
  return (
    <LocationProvider scope={SCOPE}>
      <Header />
      {isTokenWanted() ? (
        <SignIn />
      ) : (
        <Router>
          <Route path="/" component={GroupsScreen} />
          <Route path="/groups" component={GroupsScreen} />
          <Route path="/groups/:group" component={GroupScreen} />
          <Route path="/groups/:group/why/:term?" component={WhyScreen} />
          <Route path="/groups/:group/what-if" component={WhatIfScreen} />
          <Route path="/trust" component={TrustScreen} />
          <Route path="/servers" component={ServersScreen} />
          <Route default component={NotHere} />
        </Router>
      )}
    </LocationProvider>
  );
}
