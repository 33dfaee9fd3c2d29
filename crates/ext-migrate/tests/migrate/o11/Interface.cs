using System;
using System.Collections;
using System.Data;
using OutSystems.HubEdition.RuntimePlatform;

namespace OutSystems.NssWarehouse_Tools {

	public interface IssWarehouse_Tools {

		/// <summary>
		/// Opens a stock list &amp; checks it.
		/// Takes &quot;csv&quot; files only.
		/// </summary>
		/// <param name="ssFileName">Name of the file</param>
		/// <param name="ssBinary_Data">Its content</param>
		/// <param name="ssStock">The open list</param>
		void MssStock_Open(string ssFileName, byte[] ssBinary_Data, out object ssStock);

		/// <summary>
		/// 
		/// </summary>
		/// <param name="ssArticle"></param>
		/// <param name="ssQuantity"></param>
		void MssReserve(RCArticleRecord ssArticle, int ssQuantity);

		/// <summary>
		/// Finds articles.
		/// </summary>
		/// <param name="sspattern">What to look for</param>
		/// <param name="ssLimit">At most so many</param>
		/// <param name="ssSince">Only younger ones</param>
		/// <param name="ssArticles">What was found</param>
		/// <param name="ssTotal">How many there are</param>
		/// <param name="ssMore">Whether there are more</param>
		void MssFind(string sspattern, long ssLimit, DateTime ssSince, out RLArticleRecordList ssArticles, out int ssTotal, out bool ssMore);

		/// <summary>
		/// What an article costs
		/// </summary>
		/// <param name="ssArticle"></param>
		/// <param name="ssPrice">With tax</param>
		void MssPriceOf(RCArticleRecord ssArticle, out decimal ssPrice);

		/// <summary>
		/// Reads the customers of the table.
		/// </summary>
		/// <param name="ssCustomers"></param>
		void MssCustomers(out RLCustomerRecordList ssCustomers);

		/// <summary>
		/// Joins two records
		/// </summary>
		/// <param name="sstype"></param>
		/// <param name="ssPair"></param>
		/// <param name="ssAnything"></param>
		/// <param name="ssForeign"></param>
		void MssJoin(string sstype, RCPairRecord ssPair, RecordList ssAnything, RCUserRecord ssForeign);

		/// <summary>
		/// Nothing in, nothing out
		/// </summary>
		void MssReset();

	} // IssWarehouse_Tools

} // OutSystems.NssWarehouse_Tools
