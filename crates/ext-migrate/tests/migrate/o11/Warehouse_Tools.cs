using System;
using System.Collections;
using OutSystems.HubEdition.RuntimePlatform;

namespace OutSystems.NssWarehouse_Tools {

	public class CssWarehouse_Tools: IssWarehouse_Tools {

		/// <summary>
		/// Puts an article aside.
		/// </summary>
		/// <param name="ssArticle">Which one</param>
		/// <param name="ssQuantity"></param>
		public void MssReserve(RCArticleRecord ssArticle, int ssQuantity) {
			// TODO: Write implementation for action
		} // MssReserve

		public void MssStock_Open(string ssFileName, byte[] ssBinary_Data, out object ssStock) {
			ssStock = null;
		} // MssStock_Open

	} // CssWarehouse_Tools

} // OutSystems.NssWarehouse_Tools
