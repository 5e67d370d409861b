// Defaults of what MLflow's page keeps in a browser (localStorage). What a person has changed there stays, and where a later MLflow
// names its keys otherwise, the page has its own defaults.
(settings => {
  for (const [name, value] of Object.entries(settings)) {
    if (localStorage.getItem(name) === null) localStorage.setItem(name, JSON.stringify(value));
  }

  const api = path => {
    const request = new XMLHttpRequest();
    request.open("GET", `ajax-api/2.0/mlflow/${path}`, false); // the page reads a setting without waiting
    request.send();
    return JSON.parse(request.responseText);
  };

  // An experiment's runs: the view of its newest study, search/tracking/mlflow_view.py.
  const viewOf = experiment => {
    const { tags = [] } = api(`experiments/get?experiment_id=${experiment}`).experiment;
    const tag = tags.find(({ key }) => key === "mlflow.sharedViewState.perceptune");
    return tag ? JSON.parse(tag.value) : null;
  };

  // A run's charts: first the curves of the view, then those of its other metrics. The page itself would show a chart for each metric
  // by name, most of them bars of one value, which its first tab lists.
  const curvesOf = run => {
    const { info, data } = api(`runs/get?run_id=${run}`).run;
    const names = new Set((data.metrics ?? []).map(({ key }) => key));
    const lines = (viewOf(info.experiment_id)?.compareRunCharts ?? []).filter(({ type }) => type === "LINE");
    const shown = new Set([...lines.map(({ metricKey }) => metricKey), ...[...names].filter(name => names.has(`best_${name}`)).sort()]);
    const charts = [...shown].filter(name => names.has(name)).map(name => (
      { ...lines[0], uuid: name, displayName: name, metricKey: name, selectedMetricKeys: [name], metricSectionId: "Curves" }
    ));
    const section = { uuid: "Curves", name: "Curves", display: true, isReordered: false, deleted: false, isGenerated: false };
    return lines.length && charts.length ? { autoRefreshEnabled: true, compareRunCharts: charts, compareRunSections: [section] } : null;
  };

  const defaults = [
    [/-ExperimentPage-\["(\d+)"\]-ReactComponentState$/, viewOf],
    [/-RunPage-([0-9a-f]{32})-model-chartUIState$/, curvesOf],
  ];
  const defaultText = name => {
    try {
      for (const [key, defaultOf] of defaults) {
        const found = key.exec(name);
        const value = found && defaultOf(found[1]);
        if (value) return JSON.stringify(value);
      }
    } catch {} // no such run, or no response: the page's own default
    return null;
  };
  const known = new Map(); // a page asks for a setting each time it draws
  const getItem = Storage.prototype.getItem;
  Storage.prototype.getItem = function (name) {
    const stored = getItem.call(this, name);
    if (stored !== null) return stored;
    if (!known.has(name)) known.set(name, defaultText(name));
    return known.get(name);
  };
})
