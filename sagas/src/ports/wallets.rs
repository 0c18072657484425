//! Lists whose wallets hold shares of a money fund, page by page: a read model of the log.

use fundflow_domain::{
    ids::{FundCode, InvestorId},
    orders::Cause,
};
use fundflow_runtime::port::{Keyed, Port};
use std::{future::Future, sync::Arc};

/// The next owners in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Money fund of the wallets.
    pub fund: FundCode,
    /// Those behind this one; from the first where nothing is said.
    pub after: Option<InvestorId>,
    /// At most so many.
    pub at_most: usize,
}

impl Keyed for Page {
    fn key(&self) -> Arc<str> {
        match &self.after {
            Some(after) => format!("wallets.{}.{after}", self.fund).into(),
            None => format!("wallets.{}", self.fund).into(),
        }
    }
}

/// What a page is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageAnswer {
    /// Owners, ascending; all that there are where fewer came than were asked for.
    Owners {
        /// The requested page.
        page: Page,
        /// All of them are behind `page.after`.
        owners: Vec<InvestorId>,
    },
    /// The list cannot be read now.
    Unknown(Cause),
}

/// A list of wallets. Implement this and register it as [`Wallets`]. Whoever held shares on the day
/// must be on it; who holds none does no harm.
pub trait WalletList: Send + Sync + 'static {
    /// The owners of that page, or why they cannot be read.
    fn page(&self, page: Page) -> impl Future<Output = Result<Vec<InvestorId>, Cause>> + Send;
}

/// A list of wallets as a port.
#[derive(Debug)]
pub struct Wallets<L>(pub Arc<L>);

impl<L: WalletList> Port for Wallets<L> {
    type Call = Page;
    type Answer = PageAnswer;

    async fn call(&self, page: Page) -> PageAnswer {
        match self.0.page(page.clone()).await {
            Ok(owners) => PageAnswer::Owners { page, owners },
            Err(cause) => PageAnswer::Unknown(cause),
        }
    }

    async fn query(&self, page: Page) -> PageAnswer {
        self.call(page).await
    }

    fn silence(_: &Page, cause: Cause) -> PageAnswer {
        PageAnswer::Unknown(cause)
    }
}

/// A list that was read before.
#[derive(Debug, Clone, Default)]
pub struct Listed(Vec<InvestorId>);

impl Listed {
    /// In any order, with or without repetitions.
    pub fn new(owners: impl IntoIterator<Item = InvestorId>) -> Self {
        let mut owners: Vec<InvestorId> = owners.into_iter().collect();
        owners.sort();
        owners.dedup();
        Self(owners)
    }

    /// The owners of that page.
    pub fn page_of(&self, page: &Page) -> Vec<InvestorId> {
        let after = |owner: &&InvestorId| page.after.as_ref().is_none_or(|after| *owner > after);
        self.0.iter().filter(after).take(page.at_most).cloned().collect()
    }
}

impl WalletList for Listed {
    async fn page(&self, page: Page) -> Result<Vec<InvestorId>, Cause> {
        Ok(self.page_of(&page))
    }
}
