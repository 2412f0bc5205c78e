//! Keeps the map up with the texts and with what was chosen: asks the engine for places, shows them
//! on the way, and gives way as soon as something else is wanted.

use super::choice::{Kind, Layout};
use super::store::{Drawn, MapAction, MapState, Work};
use crate::session::engine::Driver;
use crate::state::Shared;
use crate::state::results::Results;
use semblance_client::{
    AxisEnds, Cancel, Client, ClientError, Map, MapEvent, Projection, Steer, VectorId,
};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::UseReducerDispatcher;

/// True neighbours that the map's trust is measured by.
pub const TRUST_NEIGHBOURS: usize = 10;

/// A map that the engine made and more texts can be placed on.
struct Base {
    request: Projection,
    results: Shared<Results>,
    map: Rc<Map>,
    /// Where each vector's place is in the map.
    rows: HashMap<VectorId, usize>,
}

/// The page's hold on the map that is made. One run at a time: a new one stops the one before.
pub struct Maker {
    driver: Rc<Driver>,
    dispatch: UseReducerDispatcher<MapState>,
    run: Cell<u32>,
    again: Cell<u32>,
    base: RefCell<Option<Rc<Base>>>,
}

impl Maker {
    /// A maker that asks the engine behind `driver`.
    pub fn new(driver: Rc<Driver>, dispatch: UseReducerDispatcher<MapState>) -> Rc<Maker> {
        Rc::new(Maker {
            driver,
            dispatch,
            run: Cell::new(0),
            again: Cell::new(0),
            base: RefCell::default(),
        })
    }

    /// Makes the map of these results. What is known already is not asked for again, unless `again`
    /// is another than the last time.
    pub fn make(self: &Rc<Self>, results: Shared<Results>, layout: Rc<Layout>, again: u32) {
        let run = Run {
            number: self.run.get() + 1,
            afresh: self.again.replace(again) != again,
            maker: self.clone(),
            results,
            layout,
        };
        self.run.set(run.number);
        spawn_local(run.finish());
    }

    /// Says how the run under way should go on.
    pub fn steer(&self, steer: Steer) {
        if let Some(client) = self.driver.client() {
            client.steer(steer);
        }
        match steer {
            Steer::Pause => self.tell(MapAction::Paused(true)),
            Steer::Resume => self.tell(MapAction::Paused(false)),
            Steer::Finish | Steer::Cancel | Steer::Shown => {}
        }
    }

    fn tell(&self, action: MapAction) {
        self.dispatch.dispatch(action);
    }
}

/// One map on its way.
struct Run {
    number: u32,
    afresh: bool,
    maker: Rc<Maker>,
    results: Shared<Results>,
    layout: Rc<Layout>,
}

impl Run {
    async fn finish(self) {
        let run = Rc::new(self);
        let outcome = run.clone().make().await;
        if !run.is_current() {
            return;
        }
        run.tell(MapAction::Work(None));
        match outcome {
            Ok(()) | Err(ClientError::Cancelled | ClientError::Closed) => {}
            Err(ClientError::VectorsLost(_) | ClientError::WorkerDied(_)) => {
                // The vectors are made again, and with them the map.
                run.maker.driver.embed();
            }
            Err(error) => run.tell(MapAction::Problem(Some(error.to_string().into()))),
        }
    }

    async fn make(self: Rc<Self>) -> Result<(), ClientError> {
        let Some(client) = self.maker.driver.client() else {
            return Ok(());
        };
        // What was under way for the map before would be made in vain.
        client.steer(Steer::Cancel);
        self.tell(MapAction::Work(None));
        self.tell(MapAction::Problem(None));
        let count = self.results.texts.len();
        if count == 0 {
            self.draw(Rc::default(), &Map::default(), &self.layout, false, 0);
            return Ok(());
        }
        let partial = count < self.results.total;
        // A layout of the first texts only would be thrown away with the next ones.
        let layout = match partial && self.layout.kind.is_layout() {
            true => Rc::new(Layout {
                kind: Kind::Pca,
                ..(*self.layout).clone()
            }),
            false => self.layout.clone(),
        };
        let axes = self.ends(&client, &layout).await?;
        if layout.kind == Kind::Axes && axes.is_empty() {
            let text = "Write a text at both ends of an axis: without one there is no direction to draw along.";
            self.tell(MapAction::Problem(Some(text.into())));
            return Ok(());
        }
        let request = layout.request(axes);
        if !self.afresh && self.reuse(&client, &request, &layout).await? {
            return Ok(());
        }
        let map = Rc::new(self.project(&client, request.clone(), &layout).await?);
        self.check()?;
        let vectors = self.results.embedded.iter().map(|e| e.vector);
        self.maker.base.replace(Some(Rc::new(Base {
            request,
            results: self.results.clone(),
            map: map.clone(),
            rows: vectors.zip(0..).collect(),
        })));
        self.draw(Rc::new(map.coordinates.clone()), &map, &layout, false, 0);
        if partial {
            return Ok(());
        }
        self.measure(&client, &layout, map.dimensions, None).await
    }

    /// The vectors at the ends of the layout's own axes.
    async fn ends(&self, client: &Client, layout: &Layout) -> Result<Vec<AxisEnds>, ClientError> {
        if layout.kind != Kind::Axes {
            return Ok(Vec::new());
        }
        let mut axes = Vec::new();
        for axis in layout.whole_axes() {
            let mut ends = [Vec::new(), Vec::new()];
            for (end, texts) in ends.iter_mut().zip([&axis.from, &axis.to]) {
                let texts: Vec<Rc<str>> = texts.iter().map(|text| text.as_str().into()).collect();
                let found = client.embed(&texts, &Cancel::new(), &|_| {}).await?;
                *end = found.iter().map(|embedded| embedded.vector).collect();
            }
            let [from, to] = ends;
            axes.push(AxisEnds { from, to });
        }
        self.check()?;
        Ok(axes)
    }

    /// Draws what is known already: the same map, or for layouts the same map with the new texts
    /// placed on it. False when there is nothing to go by, or most texts are new.
    async fn reuse(
        self: &Rc<Self>,
        client: &Client,
        request: &Projection,
        layout: &Rc<Layout>,
    ) -> Result<bool, ClientError> {
        let base = self.maker.base.borrow().clone();
        let Some(base) = base.filter(|base| base.request == *request) else {
            return Ok(false);
        };
        if base.results == self.results {
            let places = Rc::new(base.map.coordinates.clone());
            self.draw(places, &base.map, layout, false, 0);
            self.measure(client, layout, base.map.dimensions, None)
                .await?;
            return Ok(true);
        }
        if !layout.kind.is_layout() {
            return Ok(false);
        }
        let embedded = &self.results.embedded;
        let mut new = Vec::new();
        let mut rows = HashMap::new();
        for vector in embedded.iter().map(|e| e.vector) {
            if !base.rows.contains_key(&vector) && !rows.contains_key(&vector) {
                rows.insert(vector, new.len());
                new.push(vector);
            }
        }
        if new.len() * 2 > embedded.len() || base.rows.len() > 4 * embedded.len() {
            return Ok(false);
        }
        let placed = match client.place(&new).await {
            Ok(placed) => placed,
            // The worker that had the map is another one now.
            Err(ClientError::Failed(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        self.check()?;
        let d = base.map.dimensions;
        let row = |vector: VectorId| {
            let (from, row) = match base.rows.get(&vector) {
                Some(&row) => (&base.map.coordinates, row),
                None => (&placed, rows.get(&vector).copied().unwrap_or_default()),
            };
            from.get(row * d..(row + 1) * d).unwrap_or(&[])
        };
        let places: Vec<f32> = (embedded.iter())
            .flat_map(|embedded| row(embedded.vector))
            .copied()
            .collect();
        let places = Rc::new(places);
        self.draw(places.clone(), &base.map, layout, false, new.len());
        self.measure(client, layout, d, Some(&places)).await?;
        Ok(true)
    }

    /// Asks for the map and shows it on the way.
    async fn project(
        self: &Rc<Self>,
        client: &Client,
        request: Projection,
        layout: &Rc<Layout>,
    ) -> Result<Map, ClientError> {
        let run = self.clone();
        let layout = layout.clone();
        let steerable = layout.kind.is_layout();
        let dimensions = request.dimensions as usize;
        let watch = move |event| {
            if !run.is_current() {
                return;
            }
            let work = |what, done: f64, total: f64| {
                run.tell(MapAction::Work(Some(Work {
                    what,
                    done,
                    total,
                    steerable,
                    paused: false,
                })));
            };
            match event {
                MapEvent::Neighbours(done) => {
                    work("Finding neighbours", f64::from(done) * 100.0, 100.0);
                }
                MapEvent::Comparing(_) => {}
                MapEvent::Frame {
                    coordinates,
                    iteration,
                    iterations,
                } => {
                    let map = Map {
                        dimensions,
                        ..Map::default()
                    };
                    run.draw(Rc::new(coordinates), &map, &layout, true, 0);
                    work(layout.kind.name(), iteration as f64, iterations as f64);
                }
            }
        };
        let map = client.project(request, Rc::new(watch)).await?;
        self.check()?;
        Ok(map)
    }

    /// Measures how far the map can be trusted: the one made last, or what is `drawn` of it.
    async fn measure(
        self: &Rc<Self>,
        client: &Client,
        layout: &Layout,
        dimensions: usize,
        drawn: Option<&[f32]>,
    ) -> Result<(), ClientError> {
        self.tell(MapAction::Work(None));
        let shown: Vec<u32> = (layout.shown(dimensions).iter())
            .map(|&axis| axis as u32)
            .collect();
        let run = self.clone();
        let watch = move |event| {
            if let (true, MapEvent::Comparing(done) | MapEvent::Neighbours(done)) =
                (run.is_current(), event)
            {
                run.tell(MapAction::Work(Some(Work {
                    what: "Measuring trust",
                    done: f64::from(done) * 100.0,
                    total: 100.0,
                    steerable: false,
                    paused: false,
                })));
            }
        };
        let trust = client
            .trust(
                TRUST_NEIGHBOURS,
                &shown,
                drawn.map(|drawn| (drawn, dimensions)),
                Rc::new(watch),
            )
            .await?;
        self.check()?;
        self.tell(MapAction::Trust(Rc::new(trust)));
        Ok(())
    }

    fn draw(
        &self,
        coordinates: Rc<Vec<f32>>,
        map: &Map,
        layout: &Rc<Layout>,
        moving: bool,
        placed: usize,
    ) {
        self.tell(MapAction::Drawn(Drawn {
            results: self.results.clone(),
            coordinates: Shared(coordinates),
            dimensions: map.dimensions,
            layout: layout.clone(),
            variance: Rc::new(map.variance.clone()),
            angle: map.angle,
            moving,
            placed,
        }));
    }

    fn tell(&self, action: MapAction) {
        if self.is_current() {
            self.maker.tell(action);
        }
    }

    fn is_current(&self) -> bool {
        self.maker.run.get() == self.number
    }

    /// Ends a run that a newer one has overtaken.
    fn check(&self) -> Result<(), ClientError> {
        if self.is_current() {
            Ok(())
        } else {
            Err(ClientError::Cancelled)
        }
    }
}
