//! What the page saves, where a test can read it.

use crate::Page;
use anyhow::{Context, Result};

const CATCH: &str = "window.saved = [];
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
        // Workers start from such addresses too.
        if (blob.type !== 'text/javascript')
            blob.arrayBuffer().then((bytes) => window.saved.push([...new Uint8Array(bytes)]));
        return create.call(URL, blob);
    };";

const OPEN: &str = "(() => {
    const panel = document.querySelector('.menu-panel')?.getBoundingClientRect();
    return panel && panel.top >= 0 && panel.left >= 0
        && panel.right <= innerWidth && panel.bottom <= innerHeight;
})()";

impl Page {
    /// Keeps what the page saves from now on.
    pub async fn catch_saved(&self) -> Result<()> {
        self.run(CATCH, Vec::new()).await.map(|_| ())
    }

    /// Saves something by an item of a menu, and returns the file. Needs [`Page::catch_saved`].
    pub async fn saved_by(&self, menu: &str, item: &str) -> Result<Vec<u8>> {
        self.run("window.saved.length = 0;", Vec::new()).await?;
        self.press(menu).await?;
        // The driver scrolls to what it presses, which hides that a menu opened out of sight.
        self.wait_for("the open menu, in sight", OPEN).await?;
        self.press(item).await?;
        self.wait_for("the file", "window.saved.length > 0").await?;
        let file = self.run("return window.saved[0];", Vec::new()).await?;
        serde_json::from_value(file).context("a file is bytes")
    }
}
